import psycopg2

from odoo import api, fields, models

#: By what a database is known. Each stays as it is when the database, its server or its host is renamed, when a
#: replica takes over, and when tables are rewritten; a restored or duplicated one differs in the first two at least
MARKS = ("database_oid", "table_oid", "cluster", "uuid")


class DocumentDispatchHome(models.Model):
    """The database that sends: the newest record says which one it is.

    A restored backup is whole: it does not know what its original has sent since. So it is compared with
    what it was when somebody last said that it sends, and where it is another one, nothing leaves until a
    manager says so. A copy of the server's disks is not seen: it is the same in everything.
    """

    _name = "document.dispatch.home"
    _description = "Sending Database"
    _order = "id desc"
    _rec_name = "database_oid"

    database_oid = fields.Char(readonly=True, help="Of the database: changes with each restore and copy.")
    table_oid = fields.Char(
        readonly=True, help="Of this table: changes whenever a dump is restored, on any server.",
    )
    cluster = fields.Char(
        readonly=True, help="PostgreSQL's system identifier. Empty if the server does not disclose it to Odoo.",
    )
    uuid = fields.Char(string="UUID", readonly=True, help="Odoo's own: the database manager renews it in a copy.")
    left_date = fields.Datetime(
        string="Decided On", readonly=True,
        help="When a manager decided about a database that was copied from this one.",
    )

    @api.model
    def _note(self):
        """Note that this database sends; only where none was noted yet, or a manager decided so.

        sudo: nobody writes this table by hand.
        """
        return self.sudo().create(self._read_marks())

    @api.model
    def _find(self):
        """Return the database that sends, as it was noted; none before the first one was noted."""
        return self.sudo().search([], limit=1)  # sudo: only administrators may read it

    @api.model
    def _is_elsewhere(self):
        """Tell whether this database is another one than was noted, so that nothing may leave.

        A mark that is not known on both sides says nothing. A copy that was neutralised has its answer:
        its companies are off.
        """
        return self._is_another() and not self._is_unused()

    @api.model
    def _is_another(self):
        noted = self._find()
        if not noted or self._read_parameter("database.is_neutralized"):
            return False
        marks = self._read_marks()
        return any(noted[name] and marks[name] and noted[name] != marks[name] for name in MARKS)

    @api.model
    def _is_unused(self):
        """Tell whether this database never sent anything, and would send nothing by itself.

        What was made from such a one can send nothing twice: nobody need be asked.
        """
        # sudo: whoever's they are, of all companies
        return not (
            self.env["document.dispatch"].sudo().search_count([], limit=1)
            or self._find_rules() or self._count_in_core()
        )

    @api.model
    def _move_in(self):
        """Note this database where it was made from one that was never used, before anything is sent from it."""
        # the cheapest question first: it is answered at once wherever something was sent; sudo: as above
        used = self.env["document.dispatch"].sudo().search_count([], limit=1)
        if not used and self._is_another() and self._is_unused():
            self._note()

    @api.model
    def _describe(self):
        """What is to be said to people where this database is another one; empty where it is not."""
        if not self._is_elsewhere():
            return ""
        return self.env._(
            "This looks like a copy of the database: no documents are sent, and nothing is lost. A manager of "
            "Document Dispatch decides on the overview whether it sends."
        )

    # ------------------------------------------------------------------
    # What it is known by
    # ------------------------------------------------------------------

    @api.model
    def _read_marks(self):
        # raw SQL: PostgreSQL's own catalogue
        self.env.cr.execute(
            "SELECT oid::text, %s::regclass::oid::text FROM pg_database WHERE datname = current_database()",
            [self._table],
        )
        database_oid, table_oid = self.env.cr.fetchone()
        return {
            "database_oid": database_oid, "table_oid": table_oid,
            "cluster": self._read_cluster(), "uuid": self._read_parameter("database.uuid"),
        }

    @api.model
    def _read_cluster(self):
        """PostgreSQL's system identifier: that of the server and of its replicas, and of no other.

        Managed servers may refuse it, and some that only resemble PostgreSQL do not know it.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                # raw SQL: PostgreSQL's own
                self.env.cr.execute("SELECT system_identifier::text FROM pg_control_system()", log_exceptions=False)
                return self.env.cr.fetchone()[0]
        except psycopg2.Error:
            return False

    @api.model
    def _read_parameter(self, key):
        """A system parameter as it stands in the database: the cache may be older than a restore.

        sudo: parameters are for administrators to read.
        """
        return self.env["ir.config_parameter"].sudo().search([("key", "=", key)]).value
