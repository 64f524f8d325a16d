"""The usual way with Channels, as its tutorial has it, to be measured beside Synchro's: each socket is a member of the
room's group, a change is a `group_send`, and each consumer encodes it for its own socket."""
