"""One room per technology: raw record -> observations. Rooms do not know each other."""
