import { registry } from "@web/core/registry";

/** A customer on the phone: they refuse, see that it was noted, and withdraw with one click. */
registry.category("web_tour.tours").add("document_dispatch_consent", {
    steps: () => [
        {
            content: "Where documents go now, and nothing wider than the phone",
            trigger: ".o_dispatch_consent li:contains('b•••@nowak.example.com')",
            run: () => {
                const { scrollWidth, clientWidth } = document.documentElement;
                if (scrollWidth > clientWidth) {
                    throw new Error(`The page is ${scrollWidth} px wide, the window ${clientWidth} px`);
                }
            },
        },
        {
            content: "Open the form",
            trigger: "summary:contains('Refuse e-mail')",
            run: "click",
        },
        {
            content: "Who says so",
            trigger: ".o_dispatch_refuse input[name='name']",
            run: "edit Jan Nowak",
        },
        {
            content: "Refuse",
            trigger: ".o_dispatch_refuse button[value='refuse']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It was noted",
            trigger: ".alert-success:contains('We noted that you refuse e-mail')",
        },
        {
            content: "Withdraw",
            trigger: "button[value='withdraw']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It was noted, too",
            trigger: ".alert-success:contains('no longer refuse')",
        },
    ],
});
