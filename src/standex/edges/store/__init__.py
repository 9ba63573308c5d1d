"""What is kept beside the recordings: events, documents, the time after which they are gone."""
