"""Files of vapour sensors that were recorded elsewhere: gas arrays and ion mobility."""
