from . import agents, links
