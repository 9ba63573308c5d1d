"""Truth and output -> figures with intervals; the loop between the twin and the station is closed here."""
