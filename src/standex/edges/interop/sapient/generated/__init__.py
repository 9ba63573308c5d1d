"""Messages of BSI Flex 335 v2.0, made from ``../proto`` by ``../make_generated.py``."""
