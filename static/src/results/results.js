/** A colour for each result, whatever stands beside it: green arrived, blue and yellow wait for us, red needs a person. */
export const COLORS = {
    sent: "#1f9d61",
    opened: "#0f5c38",
    sent_by_post: "#7bc8a4",
    waiting: "#4ea7f2",
    review: "#a78bfa",
    handed: "#94a3b8",
    tray: "#f4a300",
    paper: "#f4a300",
    printed: "#f9d56e",
    failing: "#dc3545",
    unknown: "#f08a5d",
    excluded: "#c4c9d1",
    open: "#e5e7eb",
};
