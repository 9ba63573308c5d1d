"""Truth and output -> figures with intervals; the loop of twin and station is closed here."""
