"""Pictures from outside: files, streams and devices, metadata of smart cameras, clocks."""
