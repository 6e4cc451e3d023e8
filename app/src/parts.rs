//! The pages in parts: the browser downloads the code of a part when the first page of it is opened, and the frame around all pages at once.
//!
//! Few parts rather than one a page: what two parts share is a file of its own, and every further part doubles the number of combinations.

use std::future::Future;

use leptos::prelude::*;
use leptos_router::{Lazy, LazyRoute};

use crate::pages;

/// A part: the function that loads it, and a route for each of its pages.
macro_rules! part {
    ($load:ident, $part:ident: $($page:ident => $route:path),+ $(,)?) => {
        #[derive(Clone, Copy)]
        enum $part {
            $($page),+
        }

        #[lazy]
        fn $load(page: $part) -> AnyView {
            match page {
                $($part::$page => $route()),+
            }
        }

        $(
            pub(crate) struct $page;

            impl $page {
                pub(crate) fn lazy() -> Lazy<Self> {
                    Lazy::new()
                }
            }

            impl LazyRoute for $page {
                fn data() -> Self {
                    Self
                }

                fn view(_: Self) -> impl Future<Output = AnyView> {
                    $load($part::$page)
                }
            }
        )+
    };
}

part!(run_part, RunPart:
    Run => pages::run::route,
);
part!(detail_part, DetailPart:
    Compare => pages::compare::route,
    CompareChoose => pages::compare::choose_route,
    Output => pages::output::route,
);
part!(log_part, LogPart:
    Log => pages::log::route,
);
part!(list_part, ListPart:
    Runs => pages::runs::route,
    Pull => pages::pull::route,
    Commit => pages::commit::route,
    Search => pages::search::route,
    Queue => pages::queue::route,
);
part!(other_part, OtherPart:
    Samples => pages::samples::route,
    Sample => pages::sample::route,
    RegressionTests => pages::regression_tests::route,
    RegressionTest => pages::regression_test::route,
    Tokens => pages::tokens::route,
    SignIn => pages::sign_in::route,
);
