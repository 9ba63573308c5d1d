"""What is kept of people, where and for how long; and that nothing tells who somebody is."""
