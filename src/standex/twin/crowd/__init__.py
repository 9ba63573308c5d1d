"""A crowd that was never recorded: simulated ways of people through a site, by seed.

``plan`` says who comes, where and how often; ``simulate`` walks it and gives ``Trajectories``, a
``CrowdTruth`` (who belongs together, who came back) and a report of everything that did not go
smoothly. Steps are computed by JuPedSim (extra ``standex[crowd]``) behind ``walkers``; choices of
ways, queues, trains and groups are made here. What comes out is simulated and is called so.
"""
