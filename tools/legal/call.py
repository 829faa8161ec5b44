"""One call of Odoo's pipeline that hands an invoice to its networks, and what happened in it."""

from dataclasses import dataclass, field
from typing import ClassVar

from ..dispatch.steering import Steering


@dataclass(frozen=True)
class NetworkCall(Steering):
    """Travels through the layers of core; what they tell is put into its lists."""

    KEY: ClassVar[str] = "dispatch_network"

    #: In words, what modules said was wrong
    errors: list = field(default_factory=list)
    #: Names of the hooks that were entered: from the first one on a service may have it
    hooks: list = field(default_factory=list)
    #: Lines of the table that speak of this invoice's networks (:class:`tools.legal.gates.Gate`)
    known: list = field(default_factory=list)
    #: Networks of which nothing is known
    unknown: list = field(default_factory=list)

    @property
    def began(self):
        """Whether a service may have been called."""
        early = self.unknown or any(gate.before for gate in self.known)
        return "after" in self.hooks or bool(early and "before" in self.hooks)
