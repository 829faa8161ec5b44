import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";
import { stepUtils } from "@web_tour/tour_utils";

const TEMPLATE = "/document_dispatch/static/xls/contacts_documents.csv";

function openApp() {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app: its first page has the first steps",
            trigger: ".o_app[data-menu-xmlid='document_dispatch.menu_root']",
            run: "click",
        },
    ];
}

function state(step, word) {
    return `body:not(:has(.modal)) div[name='setup_${step}']:has(.badge:contains('${word}'))`;
}

/** The administrator takes the first steps, from nothing. */
registry.category("web_tour.tours").add("document_dispatch_first_steps", {
    steps: () => [
        ...openApp(),
        {
            content: "Nothing is done",
            trigger: state("account", "To do"),
        },
        {
            content: "Send a test mail",
            trigger: "button[name='action_setup_test']",
            run: "click",
        },
        {
            content: "The page says what the mail server answered",
            trigger: `${state("account", "Done")}:contains('helena@aurora.example.com'):contains('250')`,
        },
        {
            content: "Look at what contacts already tell",
            trigger: "button[name='action_setup_flags']",
            run: "click",
        },
        {
            content: "One invoice address",
            trigger: ".modal .o_data_row:contains('Invoice addresses of companies'):contains('Payment documents')",
        },
        {
            content: "Payment documents, too",
            trigger: ".modal .o_data_row:contains('Payment documents') td[name='chosen']",
            run: "click",
        },
        {
            content: "Tick them",
            trigger: ".modal footer button[name='action_tick']",
            run: "click",
        },
        {
            content: "It says how many",
            trigger: ".modal .alert-success:contains('Ticked contacts: 1')",
        },
        {
            content: "Take it back",
            trigger: ".modal footer button[name='action_undo']",
            run: "click",
        },
        {
            content: "As before",
            trigger: ".modal .o_data_row:contains('Invoices')",
        },
        {
            content: "And tick them",
            trigger: ".modal footer button[name='action_tick']",
            run: "click",
        },
        {
            content: "Done",
            trigger: ".modal .alert-success:contains('Ticked contacts: 1')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Contacts tell it now; make the first rule",
            trigger: `${state("contacts", "Done")} ~ div button[name='action_setup_rule']`,
            run: "click",
        },
        {
            content: "It leaves documents in review",
            trigger: ".o_field_widget[name='sentence']:contains('review')",
        },
        {
            content: "Back",
            trigger: ".breadcrumb-item:contains('Overview') a",
            run: "click",
        },
        {
            content: "The rule is there",
            trigger: state("rule", "Done"),
        },
        {
            content: "Open the letters",
            trigger: "div[name='setup_letter'] button:contains('Send Letters')",
            run: "click",
        },
        {
            content: "That is another day's work",
            trigger: ".modal:has(div[name='body']) .btn-close",
            run: "click",
        },
        {
            content: "Looking at it is not doing it",
            trigger: state("letter", "To do"),
        },
        {
            content: "Fold the rest away",
            trigger: "button[name='action_setup_fold']:contains('Fold Away')",
            run: "click",
        },
        {
            content: "Only the line is left",
            trigger: "div[name='setup']:not(:has(div[name='setup_letter'])) button:contains('Show')",
        },
    ],
});

/** A clerk moves from an older program: the template comes in from the first steps. */
registry.category("web_tour.tours").add("document_dispatch_import", {
    steps: () => [
        ...openApp(),
        {
            content: "Import",
            trigger: "div[name='setup_contacts'] button:contains('Import')",
            run: "click",
        },
        {
            content: "Our template is offered",
            trigger: `a[href='${TEMPLATE}']`,
        },
        {
            content: "Take it as the file",
            trigger: ".o_import_file",
            run: async () => {
                const text = await (await fetch(TEMPLATE)).text();
                await inputFiles("input[type='file']", [new File([text], "clientes.csv", { type: "text/csv" })]);
            },
        },
        {
            content: "Its columns are recognised",
            trigger: ".o_import_data_content:contains('Refuses e-mail since'):contains('Letter edited on')",
        },
        {
            content: "Test it",
            trigger: "button:contains('Test')",
            run: "click",
        },
        {
            content: "All is well",
            trigger: ".alert-info:contains('Everything seems valid')",
        },
        {
            content: "Import it",
            trigger: "button.btn-primary:contains('Import')",
            run: "click",
        },
        {
            content: "Four contacts",
            trigger: ".o_data_row:contains('Čapek s.r.o.'), .o_kanban_record:contains('Čapek s.r.o.')",
        },
    ],
});
