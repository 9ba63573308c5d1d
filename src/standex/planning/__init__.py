"""Before a site runs: what is expected there, and what follows for priors and evaluation."""
