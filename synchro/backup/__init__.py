"""The whole site in a folder, and back: `manage.py backup FOLDER`, `manage.py restore FOLDER`.

FOLDER/kept/…               what the library keeps, once for all snapshots: a package as a tar, the rest as it is
FOLDER/snapshots/<when>/    the database, the site's own small files, and a manifest of what belongs to it

What the library keeps never changes under its name, so a further backup copies only what is new.
"""
