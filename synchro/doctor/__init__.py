"""What somebody who runs a site gets wrong, looked for and said in words: `manage.py doctor`. A file for each kind."""
