"""Vapour: gas arrays and ion mobility, from raw samples to evidence about who dragged air along.

records          what the devices deliver, refused when it cannot be used
gas_baseline     each channel's level and drift in clean air; humidity and temperature beside it
gas_templates    how the channels answer a substance: shapes in time, pattern over channels
gas_evidence     matched filter, sequential likelihood ratio, one look per plume
drift_time       axis relative to the reactant ion, reduced mobility and its uncertainty
ion_mobility     joint fit of background, reactant ion and a peak: a signed z per substance
footprint        where people were whose air it may be
inlet            what both kinds of sensor share: settings, coverage, health, words
gas_array, mobility_sensor, technology   the technologies
"""
