"""Other systems: sensors and fusion nodes over SAPIENT, buses, maps, public alerts, metrics."""
