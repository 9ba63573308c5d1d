"""Who did what: a log that shows every change to it."""
