"""Demo music, made on first start: free to ship, pleasant, and with attacks by which an ear tells if speakers agree.

`score` is what is played, `instruments` how it sounds, `mixdown` makes a file of it, `artwork` its cover; `tracks` puts
the pieces into the library.
"""
