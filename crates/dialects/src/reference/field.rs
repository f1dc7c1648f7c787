//! A named value in a request or an answer, as documents describe it.

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, SchemaFormat};

/// A named value.
#[derive(Clone)]
pub(crate) struct Field {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) is_required: bool,
    /// What Swagger UI begins with, where no transcript has a value.
    pub(super) example: Option<Value>,
    pub(super) form: Form,
}

/// What a value looks like.
#[derive(Clone)]
pub(crate) enum Form {
    /// Text of `least` to `most` characters.
    Text { least: usize, most: usize },
    /// Any text.
    Words,
    /// Text, or null.
    WordsOrNull,
    /// A whole number.
    Integer,
    /// A whole number from `least` to `most`.
    IntegerBetween { least: i32, most: i32 },
    /// A whole number, or null.
    IntegerOrNull,
    /// Null.
    Null,
    /// The bytes of a file.
    File,
    /// An object of anything.
    Anything,
    /// Any number of these.
    List(Box<Self>),
    /// These values by name.
    Object(Vec<Field>),
    /// Some of these values by name.
    Some(Vec<Field>),
}

impl Field {
    /// A value that has to be there.
    pub(crate) fn new(name: &'static str, about: &'static str, form: Form) -> Self {
        Self {
            name,
            about,
            is_required: true,
            example: None,
            form,
        }
    }

    /// The same, which may be missing.
    pub(crate) fn optional(self) -> Self {
        Self {
            is_required: false,
            ..self
        }
    }

    /// The same with an example that no transcript has.
    pub(crate) fn like(self, example: impl Into<Value>) -> Self {
        Self {
            example: Some(example.into()),
            ..self
        }
    }

    /// The schema with what the field means.
    pub(super) fn schema(&self) -> Schema {
        self.form.schema(Some(self.about))
    }

    /// An example as text reads, in the value's own type.
    pub(super) fn read_example(&self, text: &str) -> Value {
        match self.form {
            Form::Integer | Form::IntegerBetween { .. } => {
                text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
            }
            Form::Text { .. }
            | Form::Words
            | Form::WordsOrNull
            | Form::IntegerOrNull
            | Form::Null
            | Form::File
            | Form::Anything
            | Form::List(_)
            | Form::Object(_)
            | Form::Some(_) => text.into(),
        }
    }
}

impl Form {
    /// Its JSON Schema.
    pub(super) fn schema(&self, about: Option<&str>) -> Schema {
        let plain = |kind: Type| ObjectBuilder::new().schema_type(kind).description(about);
        let or_null = |kind: Type| {
            let kinds = SchemaType::from_iter([kind, Type::Null]);
            ObjectBuilder::new().schema_type(kinds).description(about)
        };
        match self {
            Self::Text { least, most } => plain(Type::String)
                .min_length(Some(*least))
                .max_length(Some(*most))
                .into(),
            Self::Words => plain(Type::String).into(),
            Self::WordsOrNull => or_null(Type::String).into(),
            Self::Integer => plain(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .into(),
            Self::IntegerBetween { least, most } => {
                plain(Type::Integer).minimum(Some(*least)).maximum(Some(*most)).into()
            }
            Self::IntegerOrNull => or_null(Type::Integer).into(),
            Self::Null => plain(Type::Null).into(),
            Self::File => plain(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
                .into(),
            Self::Anything => plain(Type::Object)
                .additional_properties(Some(AdditionalProperties::FreeForm(true)))
                .into(),
            Self::List(each) => ArrayBuilder::new()
                .items(utoipa::openapi::RefOr::T(each.schema(None)))
                .description(about)
                .into(),
            Self::Object(fields) => object(fields, true).description(about).into(),
            Self::Some(fields) => object(fields, false).description(about).into(),
        }
    }
}

/// An object of `fields`.
pub(super) fn object(fields: &[Field], with_required: bool) -> ObjectBuilder {
    fields.iter().fold(ObjectBuilder::new(), |object, field| {
        let object = object.property(field.name, field.schema());
        if with_required && field.is_required {
            object.required(field.name)
        } else {
            object
        }
    })
}
