"""Who needs a check, who could not be screened, and where to look next."""
