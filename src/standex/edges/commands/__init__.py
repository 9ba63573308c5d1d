"""The commands of ``standex``, one module each: ``add_arguments`` and ``run``."""
