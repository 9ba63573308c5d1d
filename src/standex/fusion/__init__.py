"""Evidence -> what is known about each person: attachment, dependence, the ledger."""
