import { registry } from "@web/core/registry";

// a network is addressed by its name, a copy by an e-mail address
const NETWORK = ".o_data_row:not(:contains('@'))";
const COPY = ".o_data_row:contains('@')";
// a form with its chatter, and a page that is drawn, take long on a busy machine
const SLOW = 60000;

/** Odoo's window hands the invoice to the network; the mail beside it waits, and the log says for what. */
function handOver(choice) {
    return [
        {
            content: "Open the send window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            timeout: SLOW,
            run: "click",
        },
        {
            content: "It goes to the network, and by e-mail",
            trigger: `.modal label:contains('${choice}')`,
            timeout: SLOW,
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice is not sent yet",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Waiting')",
            timeout: SLOW,
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "The network's dispatch, and the copy",
            trigger: `.o_list_view:has(${NETWORK}:contains('Waiting')):has(${COPY}:contains('Waiting'))`,
        },
    ];
}

function openRefused() {
    return [
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Open the network's dispatch, which failed",
            trigger: `.o_list_view ${NETWORK}:contains('Failed') td[name='document_name']`,
            run: "click",
        },
    ];
}

/** Belgium: to Peppol, with a copy by mail. */
registry.category("web_tour.tours").add("document_dispatch_peppol", { steps: () => handOver("Peppol") });

/** Poland: to KSeF. */
registry.category("web_tour.tours").add("document_dispatch_ksef", { steps: () => handOver("KSeF") });

/** The authority refused it: its words stand there, and what to do. */
registry.category("web_tour.tours").add("document_dispatch_network_refused", {
    steps: () => [
        {
            content: "The invoice waits for a person, as its copy does",
            trigger: ".o_field_widget[name='dispatch_state']:contains('In review')",
            timeout: SLOW,
        },
        ...openRefused(),
        {
            content: "The words of the authority",
            trigger: ".o_form_view:contains('refused it'):contains('What you can do')",
        },
    ],
});

/** The clerk corrects the invoice, and posts it again. */
registry.category("web_tour.tours").add("document_dispatch_network_corrected", {
    steps: () => [
        {
            content: "Back to draft",
            trigger: "button[name='button_draft']",
            timeout: SLOW,
            run: "click",
        },
        {
            content: "What was wrong stands on another page",
            trigger: ".o_notebook .nav-link[name='other_info'], .o_notebook .nav-link:contains('Other Info')",
            run: "click",
        },
        {
            content: "Correct it there",
            trigger: ".o_field_widget[name='ref'] input, .o_field_widget[name='ref'] textarea",
            run: "edit corrected",
        },
        {
            content: "Post it",
            trigger: "button[name='action_post']",
            run: "click",
        },
        {
            content: "It can go again",
            trigger: "button[name='action_invoice_sent']",
            timeout: SLOW,
        },
    ],
});

/** The network accepted it: the invoice is sent, the number stands there, and the copy went. */
registry.category("web_tour.tours").add("document_dispatch_network_accepted", {
    steps: () => [
        {
            content: "The invoice says so",
            trigger: ".o_field_widget[name='dispatch_state']:contains('Sent')",
            timeout: SLOW,
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Both went",
            trigger: `.o_list_view:has(${NETWORK}:contains('Sent')):has(${COPY}:contains('Sent'))`,
        },
        {
            content: "Open the network's dispatch",
            trigger: `.o_list_view ${NETWORK}:contains('Sent') td[name='document_name']`,
            run: "click",
        },
        {
            content: "What it answered",
            trigger: ".o_form_view .o_field_widget[name='recipient_ids']:contains('accepted it')",
        },
    ],
});
