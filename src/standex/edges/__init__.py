"""All contact with the world: files, clocks, plug-ins, waiting. Nothing below imports this."""
