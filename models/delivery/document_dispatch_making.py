from datetime import timedelta

from odoo import fields, models

from ...tools.delivery import environment
from ...tools.dispatch import states


class DocumentDispatch(models.Model):
    """How far a dispatch is on the way to its text and files, and what keeps it from there."""

    _inherit = "document.dispatch"

    prepare_worker = fields.Integer(
        readonly=True, default=0, help="Key of the worker that creates text and files of this dispatch.",
    )
    prepare_tries = fields.Integer(
        readonly=True, default=0,
        help="Number of unfinished attempts to create text and files. Such a dispatch is processed last, and alone.",
    )
    prepare_faults = fields.Integer(
        readonly=True, default=0, help="Number of consecutive attempts that failed because of the server itself.",
    )
    prepare_after = fields.Datetime(readonly=True, help="Earliest next attempt, as the server was not able to process "
                                                        "it.")

    def _begin_making(self, worker):
        """Count an attempt before it begins: what ends a worker then goes last and alone."""
        for tries, dispatches in self.grouped("prepare_tries").items():
            dispatches._with_system_write().write({"prepare_worker": worker, "prepare_tries": tries + 1})

    def _end_making(self):
        """Nothing is in the way any more, or the dispatch is given up with its reason."""
        mended = self.filtered(lambda dispatch: dispatch.prepare_faults and dispatch.state != states.FAILED)
        mended._with_system_write().state_message = False
        self._with_system_write().write({
            "prepare_worker": 0, "prepare_tries": 0, "prepare_faults": 0, "prepare_after": False,
        })

    def _leave_making(self):
        """It was not made, and no worker was lost by it: the next time alone."""
        self._with_system_write().write({"prepare_worker": 0, "prepare_tries": 1})

    def _wait_for_server(self, fault):
        """The server cannot make or hand it over now, which is no fault of the document: try again, later each time.

        :param Exception fault: see :mod:`tools.delivery.environment`
        """
        text = self._explain_waiting_for_server(fault)
        for faults, dispatches in self.grouped("prepare_faults").items():
            after = fields.Datetime.now() + timedelta(minutes=environment.pause(faults + 1))
            dispatches._with_system_write().write({
                "prepare_worker": 0, "prepare_tries": 0, "prepare_faults": faults + 1, "prepare_after": after,
                "state_message": text,
            })
            # what is made already waits where the worker looks for what is due
            dispatches.filtered("frozen").recipient_ids.filtered(
                lambda recipient: recipient.state in (states.QUEUED, states.DEFERRED)
            )._with_system_write().next_try = after

    def _explain_waiting_for_server(self, fault):
        return self.env._("Waiting for a problem of the server to be solved: %s", self._explain_fault(fault))

    def _explain_fault(self, fault):
        """Say what an administrator has to mend."""
        kinds = {
            "disk": self.env._("the disk is full"),
            "read_only": self.env._("the disk or the database is read-only"),
            "files": self.env._("too many files are open"),
            "memory": self.env._("the server is out of memory"),
            "rights": self.env._("the server has no read or write permission"),
            "update": self.env._("the database was not updated to this version of the app"),
            "program": self.env._("a required program is missing"),
            "program_broken": self.env._("a required program does not work"),
            "folder": self.env._("there is no space for temporary files"),
            "filestore": self.env._("the files of the database cannot be read or written"),
        }
        words = " ".join(str(fault).split()) or type(fault).__name__
        kind = kinds.get(environment.kind(fault))
        return self.env._("%(kind)s (%(words)s)", kind=kind, words=words) if kind else words
