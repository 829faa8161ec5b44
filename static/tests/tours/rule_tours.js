import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** The administrator makes a rule from nothing, looks at what it would do, and switches it on. */
registry.category("web_tour.tours").add("document_dispatch_rule", {
    steps: () => [
        ...openMenu("menu_configuration", "menu_rule"),
        {
            content: "Make a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Give it a name",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Faturas do dia",
        },
        {
            content: "Choose documents",
            trigger: ".o_field_widget[name='type_ids'] input",
            run: "edit Invoice",
        },
        {
            content: "Invoices",
            trigger: ".o-autocomplete--dropdown-item:contains('Invoice')",
            run: "click",
        },
        {
            content: "Its sentence says what it will do",
            trigger:
                ".o_field_widget[name='sentence']:contains('Every day from 08:00 to 18:00'):contains('switched off')",
        },
        {
            content: "Look at what it would do",
            trigger: "button[name='action_preview']",
            run: "click",
        },
        {
            content: "The invoice of today, to whom and why",
            trigger: ".modal .o_data_row:contains('ana@silva.example.com'):contains('Invoice flag on the contact')",
        },
        {
            content: "That of a customer who refuses goes on paper",
            trigger: ".modal .o_data_row:contains('Goes to the paper tray'):contains('refuses')",
        },
        {
            content: "What stays",
            trigger: ".modal .nav-link:contains('Would Not Go')",
            run: "click",
        },
        {
            content: "It was excluded by hand",
            trigger: ".modal .o_data_row:contains('Not to be sent: Combinado por telefone')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Switch it on",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='active'] input",
            run: "click",
        },
        {
            content: "It says since when, before it is saved",
            trigger: ".o_form_status_indicator_buttons:not(.invisible)",
        },
        {
            content: "The day of today",
            trigger: ".o_field_widget[name='sentence']:contains('or later')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It says when it runs",
            trigger: ".o_form_saved .o_field_widget[name='sentence']:contains('The next run is on')",
        },
    ],
});
