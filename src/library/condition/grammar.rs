//! How a condition is written.

/// What was written, before columns and types are looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw<'a> {
    All(Vec<Raw<'a>>),
    Any(Vec<Raw<'a>>),
    Not(Box<Raw<'a>>),
    /// Column, and whether it must be known.
    Known(&'a str, bool),
    Compare(&'a str, Operator, Value<'a>),
    Between(&'a str, Value<'a>, Value<'a>),
    In(&'a str, Vec<Value<'a>>),
    Contains(&'a str, Value<'a>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Number(f64),
    Text(&'a str),
}

mod parser {
    use super::{Operator, Raw, Value};

    peg::parser! {
        pub(in crate::library::condition) grammar expression() for str {
            pub(in crate::library::condition) rule condition() -> Raw<'input> = _ all:any() { all }

            // Lists, because `precedence!` tries what stands behind an operator once for each level, and
            // so takes time without end for brackets within brackets that end in a slip.
            rule any() -> Raw<'input> = of:(all() ++ keyword("or")) { Raw::Any(of) }

            rule all() -> Raw<'input> = of:(negated() ++ keyword("and")) { Raw::All(of) }

            rule negated() -> Raw<'input>
                = keyword("not") inner:negated() { Raw::Not(Box::new(inner)) }
                / one()

            rule one() -> Raw<'input>
                = "(" _ inner:any() ")" _ { inner }
                / column:column() keyword("is") known:(keyword("known") { true } / keyword("unknown") { false }) {
                    Raw::Known(column, known)
                }
                / column:column() keyword("between") low:value() keyword("and") high:value() {
                    Raw::Between(column, low, high)
                }
                / column:column() keyword("in") "(" _ values:(value() ++ ("," _)) ")" _ { Raw::In(column, values) }
                / column:column() keyword("contains") part:value() { Raw::Contains(column, part) }
                / column:column() operator:operator() value:value() { Raw::Compare(column, operator, value) }

            rule column() -> &'input str = quiet!{ name:word() _ { name } } / expected!("a column")

            rule operator() -> Operator
                = "=" "="? _ { Operator::Equal }
                / ("!=" / "<>") _ { Operator::Unequal }
                / "<=" _ { Operator::AtMost }
                / ">=" _ { Operator::AtLeast }
                / "<" _ { Operator::Below }
                / ">" _ { Operator::Above }

            rule value() -> Value<'input>
                = number:number() _ { Value::Number(number) }
                / "'" text:$([^ '\'']*) "'" _ { Value::Text(text) }
                / "\"" text:$([^ '"']*) "\"" _ { Value::Text(text) }

            rule number() -> f64
                = quiet! {
                    text:$(['+' | '-']? ['0'..='9']+ ("." ['0'..='9']*)? (['e' | 'E'] ['+' | '-']? ['0'..='9']+)?) {?
                        text.parse().map_err(|_| "a number")
                    }
                }
                / expected!("a number")

            rule keyword(wanted: &'static str)
                = quiet! {
                    found:word() _ {? if found.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err("") } }
                }
                / expected!(wanted)

            rule word() -> &'input str
                = $(['a'..='z' | 'A'..='Z' | '_'] ['a'..='z' | 'A'..='Z' | '0'..='9' | '_']*)

            rule _() = quiet! { [' ' | '\t' | '\n' | '\r']* }
        }
    }
}

pub(super) use parser::expression;
