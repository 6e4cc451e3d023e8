//! The queue: runs that are running, and those that wait.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, Timestamp,
    run::RunPlatform,
    system::{Queue, QueueEntry, QueueMeta, QueueQuery},
};

use crate::{
    components::{
        facts,
        head::head,
        mark::mark,
        page::{Address, Parts, page},
        pager::pager,
    },
    data::{now, queue::queue},
    format,
    url::{self, suite},
};

/// The queue.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(_: Parts, query: QueueQuery) -> Result<Queue, ErrorBody> {
    queue(query).await
}

/// The whole queue in words.
fn depth(meta: QueueMeta) -> String {
    match (meta.running_count, meta.queue_depth) {
        (0, 0) => "Nothing is running, nothing waits.".to_owned(),
        (running, 0) => format!(
            "{}, nothing waits.",
            format::pluralize(running, "run is running", "runs are running")
        ),
        (0, queued) => format!(
            "Nothing is running, {}.",
            format::pluralize(queued, "run waits", "runs wait")
        ),
        (running, queued) => {
            format!(
                "{}, {}.",
                format::pluralize(running, "run is running", "runs are running"),
                format::pluralize(queued, "waits", "wait")
            )
        }
    }
}

fn show(queue: Queue, query: QueueQuery, address: Address) -> AnyView {
    let now = now();
    let (at, shown) = (queue.pagination, queue.data.len());
    let more = |offset: u32| {
        let mut query = query.clone();
        query.page.offset = offset;
        suite::queue(&query)
    };
    let depth = depth(queue.meta);
    let content = if queue.data.is_empty() {
        empty(&query)
    } else {
        table(queue.data, now)
    };
    view! {
        {head("Queue".to_owned(), depth.clone(), &address.path)}
        <div class="above">
            <h1>"Queue"</h1>
            {platforms(query.platform)}
        </div>
        <p class="lead">{depth}</p>
        {content}
        {pager(at, shown, ["run", "runs"], ["Before", "More"], &more)}
    }
    .into_any()
}

fn platforms(current: Option<RunPlatform>) -> AnyView {
    let link = |platform: Option<RunPlatform>, words: &'static str| {
        let href = suite::queue(&QueueQuery {
            platform,
            ..QueueQuery::default()
        });
        view! { <a href=href aria-current=(platform == current).then_some("true")>{words}</a> }.into_any()
    };
    view! {
        <nav class="choice" aria-label="Platform">
            {link(None, "all platforms")} {link(Some(RunPlatform::Linux), "Linux")} {link(Some(RunPlatform::Windows), "Windows")}
        </nav>
    }
    .into_any()
}

fn empty(query: &QueueQuery) -> AnyView {
    let (title, text) = match query {
        QueueQuery { page, .. } if page.offset > 0 => (
            "The queue is not that long".to_owned(),
            "It was longer when this address was made.",
        ),
        QueueQuery {
            platform: Some(platform),
            ..
        } => (
            format!("Nothing runs or waits on {}", capitalized(*platform)),
            "Runs on the other platform are not shown here.",
        ),
        QueueQuery { .. } => (
            "The queue is empty".to_owned(),
            "A run appears here when the platform takes up a commit or a pull request.",
        ),
    };
    let whole = (*query != QueueQuery::default()).then(|| view! { <a href="/queue">"The whole queue"</a> });
    view! {
        <div class="empty"><h2>{title}</h2><p>{text}</p><p class="ways">{whole}<a href="/runs">"Runs that have ended"</a></p></div>
    }
    .into_any()
}

fn capitalized(platform: RunPlatform) -> &'static str {
    match platform {
        RunPlatform::Linux => "Linux",
        RunPlatform::Windows => "Windows",
    }
}

fn table(entries: Vec<QueueEntry>, now: Timestamp) -> AnyView {
    let rows: Vec<AnyView> = entries.into_iter().map(|entry| row(entry, now)).collect();
    view! {
        <table class="rows queue">
            <caption class="unseen">"Running runs, then queued runs in their order"</caption>
            <thead>
                <tr>
                    <th scope="col">"Run"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Place"</th>
                    <th scope="col">"Platform"</th>
                    <th scope="col">"Change"</th>
                    <th scope="col">"Commit"</th>
                    <th scope="col" class="end">"Taken up"</th>
                    <th scope="col" class="end">"Testing since"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(entry: QueueEntry, now: Timestamp) -> AnyView {
    let place = match entry.position {
        Some(1) => "next".to_owned(),
        Some(place) => format!("no. {}", format::number(place)),
        None => String::new(),
    };
    let time = |at: Option<Timestamp>| match at {
        Some(at) => facts::time(at, now),
        None => view! { <span class="muted">"not yet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="id"><a href=url::run(entry.run_id)>{format!("run {}", entry.run_id)}</a></th>
            <td class="status">{mark(entry.status)}</td>
            <td class="place">{place}</td>
            <td class="platform">{facts::platform(entry.platform)}</td>
            <td class="change">{facts::change(&entry.revision.repository, entry.revision.pull_request, entry.revision.branch.as_deref())}</td>
            <td class="commit">{facts::commit(&entry.revision.repository, &entry.revision.commit_sha)}</td>
            <td class="end when" data-label="taken up">{time(entry.created_at)}</td>
            <td class="end when" data-label="testing">{time(entry.started_at)}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::system::QueueMeta;

    use super::depth;

    #[test]
    fn the_whole_queue_is_told_in_one_sentence() {
        let cases = [
            (0, 0, "Nothing is running, nothing waits."),
            (1, 0, "1 run is running, nothing waits."),
            (0, 1, "Nothing is running, 1 run waits."),
            (2, 1, "2 runs are running, 1 waits."),
            (1, 12, "1 run is running, 12 wait."),
        ];
        for (running_count, queue_depth, text) in cases {
            assert_eq!(
                depth(QueueMeta {
                    queue_depth,
                    running_count
                }),
                text
            );
        }
    }
}
