//! The web page, its parts, and the description of the API: all embedded, none of it from elsewhere.

use super::super::app::App;
use super::super::openapi;
use super::super::problem::Problem;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

const HTML: &str = "text/html; charset=utf-8";

/// The parts of the page: name, media type, content.
const ASSETS: [(&str, &str, &str); 6] = [
    (
        "style.css",
        "text/css; charset=utf-8",
        include_str!("../page/style.css"),
    ),
    ("app.js", SCRIPT, include_str!("../page/app.js")),
    ("service.js", SCRIPT, include_str!("../page/service.js")),
    ("peaks.js", SCRIPT, include_str!("../page/peaks.js")),
    ("mirror.js", SCRIPT, include_str!("../page/mirror.js")),
    (
        "icon.svg",
        "image/svg+xml",
        include_str!("../page/icon.svg"),
    ),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(in super::super) async fn index() -> Response {
    answer(HTML, include_str!("../page/index.html"))
}

pub(in super::super) async fn asset(
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let name = path.map(|Path(name)| name).unwrap_or_default();
    let asset = ASSETS.iter().find(|(known, _, _)| *known == name);
    let (_, media_type, content) =
        asset.ok_or_else(|| Problem::not_found("the page has no such part"))?;
    Ok(answer(media_type, content))
}

pub(in super::super) async fn api() -> Response {
    ([(CONTENT_TYPE, HTML)], openapi::page()).into_response()
}

pub(in super::super) async fn openapi(State(app): State<Arc<App>>) -> Response {
    let document = openapi::document(app.tokens.load().is_some());
    ([(CONTENT_TYPE, "application/json")], document).into_response()
}

fn answer(media_type: &'static str, content: &'static str) -> Response {
    // A new version of the program has a new page.
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-cache")];
    (headers, content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_and_whole() {
        let html = include_str!("../page/index.html");
        let bytes: usize = ASSETS.iter().map(|(_, _, content)| content.len()).sum();
        assert!(bytes + html.len() < 300_000, "{bytes}");
        for (name, _, content) in ASSETS {
            let named = |text: &str| text.contains(&format!("/assets/{name}"));
            let scripts = ASSETS.iter().map(|(_, _, content)| content);
            let imported = scripts
                .clone()
                .any(|text| text.contains(&format!("./{name}")));
            assert!(named(html) || imported, "{name} is not used");
            assert!(!content.contains("https://"), "{name} names another site");
        }
        assert!(!html.contains("https://"));
    }
}
