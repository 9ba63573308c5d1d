"""What is kept of an alarmed passage, with a signed list of contents."""
