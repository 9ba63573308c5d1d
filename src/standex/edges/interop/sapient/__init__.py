"""SAPIENT, BSI Flex 335 v2: a fusion node to sensors, an edge node to those above."""
