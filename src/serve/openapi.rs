//! The description of the API, made from the handlers, and the page that shows it.

use super::problem::Error;
use super::{routes, wire};
use crate::config::{self, Setting};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, Ref, RefOr, Required, Response, Schema, Type,
};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "mzseek",
        description = "What is this spectrum? Search tandem mass spectra in reference libraries.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        routes::search, routes::read,
        routes::list, routes::library, routes::entry, routes::mirror, routes::cluster,
        routes::create, routes::list_jobs, routes::show, routes::cancel, routes::result,
        routes::live, routes::ready, routes::metrics,
    ),
    components(schemas(wire::Ended, wire::QueryAnswer)),
    modifiers(&Tokens),
    tags(
        (name = "search", description = "Ask what spectra are"),
        (name = "libraries", description = "See what is served"),
        (name = "jobs", description = "Search large files"),
        (name = "health", description = "Watch the service"),
    ),
)]
struct Api;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let scheme = scheme.description(Some("Only where the service was started with --tokens."));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
    }
}

/// The description as JSON, of a service that asks for `tokens` or of one that does not.
pub(super) fn document(tokens: bool) -> &'static str {
    static OPEN: LazyLock<String> = LazyLock::new(|| written(false));
    static GUARDED: LazyLock<String> = LazyLock::new(|| written(true));
    if tokens { &GUARDED } else { &OPEN }
}

fn written(tokens: bool) -> String {
    // Texts, numbers and lists of them always have a JSON form.
    let mut api = serde_json::to_value(Api::openapi()).unwrap_or_default();
    let paths = api["paths"].as_object_mut().into_iter().flatten();
    let guarded = paths.filter(|(path, _)| tokens && !path.starts_with("/health/"));
    for operation in guarded.flat_map(|(_, methods)| methods.as_object_mut().into_iter().flatten())
    {
        operation.1["security"] = serde_json::json!([{"token": []}]);
    }
    serde_json::to_string_pretty(&api).unwrap_or_default()
}

/// The settings of a search as one JSON object.
pub(super) fn settings_schema() -> Schema {
    let object = ObjectBuilder::new().schema_type(Type::Object);
    let object = config::settings()
        .into_iter()
        .fold(object, |object, setting| {
            let schema = schema_of(&setting);
            object.property(setting.name, schema)
        });
    object.into()
}

fn schema_of(setting: &Setting) -> ObjectBuilder {
    let kind = if setting.is_switch {
        Type::Boolean
    } else {
        Type::String
    };
    let default = setting.default.clone().map(serde_json::Value::from);
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(setting.meaning.clone()))
        .default(default)
}

/// What may stand behind the path of a search for a file.
pub(super) struct SearchParameters;

impl IntoParams for SearchParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let of = |name: &str, meaning: &str, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(meaning))
                .schema(Some(schema))
                .build()
        };
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let only = "Where the body is a file: what reports call it";
        let mut parameters = vec![
            of(
                "library",
                "Where the body is a file: name of the library",
                text(),
            ),
            of("file", only, text().max_length(Some(255))),
        ];
        for setting in config::settings() {
            let meaning = format!("Where the body is a file: {}", setting.meaning);
            parameters.push(of(&setting.name, &meaning, schema_of(&setting)));
        }
        parameters
    }
}

/// A file as the field of a form; every setting may be another field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the form is read field by field")]
pub(super) struct FileForm {
    /// mzML, mzXML, MGF, MSP, JSON, mzSpecLib or MassBank; plain, gzip, zstd, bzip2 or zip.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// Name of the library.
    library: Option<String>,
}

/// What a request with a body may be answered instead.
pub(super) struct Refusals;
/// What a request for a thing may be answered instead.
pub(super) struct Lookups;
/// What any request may be answered instead.
pub(super) struct Plain;

type Responses = BTreeMap<String, RefOr<Response>>;

fn refusals(statuses: &[(u16, &str)]) -> Responses {
    let of = |&(status, meaning): &(u16, &str)| {
        let schema = Ref::from_schema_name(Error::name());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = utoipa::openapi::ResponseBuilder::new()
            .description(meaning)
            .content("application/json", content)
            .build();
        (status.to_string(), RefOr::T(response))
    };
    statuses.iter().map(of).collect()
}

const PLAIN: [(u16, &str); 2] = [
    (401, "A token is asked for"),
    (403, "A page of another origin asks"),
];

impl IntoResponses for Plain {
    fn responses() -> Responses {
        refusals(&PLAIN)
    }
}

impl IntoResponses for Lookups {
    fn responses() -> Responses {
        let mut responses = refusals(&PLAIN);
        responses.append(&mut refusals(&[(404, "There is no such thing")]));
        responses
    }
}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        let mut responses = Lookups::responses();
        responses.append(&mut refusals(&[
            (400, "The request cannot be read"),
            (406, "No answer in a form that is accepted"),
            (408, "The body took too long"),
            (413, "Too many bytes, spectra or peaks"),
            (415, "Content of a kind that is not read"),
            (422, "It can be read, but not be done"),
            (
                429,
                "Too much to do at the moment: try again after Retry-After",
            ),
        ]));
        responses
    }
}

/// A readable page of the API, made from its description.
pub(super) fn page() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| render(document(false)));
    &PAGE
}

fn render(document: &str) -> String {
    let api: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>mzseek: API</title><link rel=\"icon\" href=\"/assets/icon.svg\">\
         <link rel=\"stylesheet\" href=\"/assets/style.css\"><main class=\"api\">\
         <h1>mzseek: API</h1><p><a href=\"/\">Search page</a> · \
         <a href=\"/openapi.json\">OpenAPI document</a></p>",
    );
    let none = serde_json::Map::new();
    let object = |value: &serde_json::Value| value.as_object().cloned().unwrap_or_default();
    for (path, methods) in api["paths"].as_object().unwrap_or(&none) {
        for (method, operation) in object(methods) {
            // Writing to a String does not fail.
            let _ = write!(
                html,
                "<section><h2><code>{} {}</code></h2><p>{}. {}</p>",
                method.to_uppercase(),
                escape(path),
                text(&operation["summary"]),
                text(&operation["description"])
            );
            parameters(&mut html, &operation["parameters"]);
            html.push_str("<table><thead><tr><th>Status<th>Meaning</thead><tbody>");
            for (status, response) in object(&operation["responses"]) {
                let meaning = text(&response["description"]);
                let _ = write!(html, "<tr><td>{status}<td>{meaning}");
            }
            html.push_str("</tbody></table></section>");
        }
    }
    html.push_str("<h1>Objects</h1>");
    for (name, schema) in object(&api["components"]["schemas"]) {
        let name = escape(&name);
        let meaning = text(&schema["description"]);
        let _ = write!(
            html,
            "<section><h2><code>{name}</code></h2><p>{meaning}</p>"
        );
        let example = serde_json::to_string_pretty(&schema["example"]).unwrap_or_default();
        if schema.get("example").is_some() {
            let _ = write!(html, "<pre>{}</pre>", escape(&example));
        }
        let parts = schema["allOf"].as_array().cloned().unwrap_or_default();
        let parts = parts.iter().chain([&schema]);
        let fields: Vec<_> = parts.flat_map(|part| object(&part["properties"])).collect();
        if !fields.is_empty() {
            html.push_str("<table><thead><tr><th>Field<th>Meaning</thead><tbody>");
            for (field, schema) in fields {
                let _ = write!(
                    html,
                    "<tr><td><code>{}</code><td>{}",
                    escape(&field),
                    text(&schema["description"])
                );
            }
            html.push_str("</tbody></table>");
        }
        html.push_str("</section>");
    }
    html.push_str("</main></html>\n");
    html
}

fn parameters(html: &mut String, parameters: &serde_json::Value) {
    let Some(parameters) = parameters.as_array() else {
        return;
    };
    html.push_str("<table><thead><tr><th>Parameter<th>Default<th>Meaning</thead><tbody>");
    for parameter in parameters {
        let _ = write!(
            html,
            "<tr><td><code>{}</code><td>{}<td>{}",
            text(&parameter["name"]),
            text(&parameter["schema"]["default"]),
            text(&parameter["description"])
        );
    }
    html.push_str("</tbody></table>");
}

fn text(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) => escape(text),
        None if value.is_null() => String::new(),
        None => escape(&value.to_string()),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_described() {
        let api: serde_json::Value = serde_json::from_str(document(false)).unwrap();
        let paths = api["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 13, "{:?}", paths.keys());
        let search = &api["paths"]["/api/v1/search"]["post"];
        let names: Vec<&str> = search["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        for name in [
            "library",
            "file",
            "top_k",
            "where",
            "fdr",
            "cascade",
            "only_matched",
        ] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert!(search["responses"]["429"].is_object());
        assert!(search["security"].is_null());
        let api: serde_json::Value = serde_json::from_str(document(true)).unwrap();
        let guarded = |path: &str, method: &str| !api["paths"][path][method]["security"].is_null();
        assert!(guarded("/api/v1/search", "post") && guarded("/metrics", "get"));
        assert!(!guarded("/health/live", "get"));
    }

    #[test]
    fn the_page_names_every_path_and_escapes() {
        let page = page();
        assert!(page.contains("POST /api/v1/search") && page.contains("GET /metrics"));
        assert!(page.contains("ambiguity_group"));
        assert_eq!(escape("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }
}
