"""The server process: daphne, with limits on what one connection may take of it.

daphne (and Twisted and autobahn below it) keep whatever a peer does not take and whatever it sends. Each module here
mends one such trap by subclassing, and names it in its header; `limits` has every number.

    process      starts daphne with the classes below
    channel      an HTTP connection: deadlines, refusals, slow readers
    request      an HTTP request: where its body goes
    spool        a body on its way to the disk
    admission    which bodies are taken, and of whom
    refusal      how a request is refused before Django sees it
    body_file    Django's side: the body as the file that it is
    socket       a WebSocket: a peer that does not read, a peer that floods
    drain        how the process ends when it is asked to
    heap         memory that goes back to the system
    transport    what both need to know of a Twisted connection
"""
