//! The key table as JSON Schema (draft 2020-12), for editors: completion, hover text, red lines while typing.

use serde_json::{Map, Value, json};

use super::keys::{self, Shape, Table, Vocabulary};

/// The schema of an account file.
pub fn json_schema(vocabulary: Vocabulary) -> Value {
    let mut schema = table(&keys::FILE, vocabulary);
    schema["patternProperties"] = json!({ "^x-": {} });
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mailwright account file",
        "description": "One file describes a person's mail accounts; Mailwright writes what every mail program needs from it.",
    });
    if let (Some(whole), Value::Object(schema)) = (whole.as_object_mut(), schema) {
        whole.extend(schema);
    }
    whole
}

fn table(table: &Table, vocabulary: Vocabulary) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        let mut value = shape(key.shape, vocabulary);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".into(), json!(key.doc));
        }
        properties.insert(key.name.into(), value);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!(["object", "null"]);
    schema
}

fn shape(shape_of: Shape, vocabulary: Vocabulary) -> Value {
    match shape_of {
        // YAML reads 12345 as a number, Mailwright by its written text.
        Shape::Text => json!({ "type": ["string", "number", "boolean"], "minLength": 1 }),
        Shape::Lines => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Port => {
            json!({ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 65535 }, { "type": "string", "pattern": "^[1-9][0-9]{0,4}$" }] })
        }
        Shape::Number => json!({ "type": "integer", "minimum": 0 }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::List(item) => {
            let item = shape(*item, vocabulary);
            json!({ "anyOf": [item.clone(), { "type": "array", "items": item }] })
        }
        Shape::Map(keys) => table(keys, vocabulary),
        Shape::Names(inner) => {
            json!({ "type": ["object", "null"], "additionalProperties": or_null(shape(*inner, vocabulary)) })
        }
        Shape::Either(shapes) => {
            let any: Vec<Value> = shapes
                .iter()
                .map(|s| match s {
                    Shape::List(item) => {
                        json!({ "type": "array", "items": shape(**item, vocabulary) })
                    }
                    other => shape(*other, vocabulary),
                })
                .collect();
            json!({ "anyOf": any })
        }
        Shape::TargetNames => {
            let ids: Vec<&str> = vocabulary.ids().chain(["all"]).collect();
            json!({ "anyOf": [{ "enum": ids }, { "type": "array", "items": { "enum": ids } }] })
        }
        Shape::TargetOptions => {
            let mut properties = Map::new();
            for (id, options) in vocabulary.targets {
                properties.insert((*id).into(), or_null(table(options, vocabulary)));
            }
            json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
        }
    }
}
