//! The functions of a program as the linker has left it.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// What they are called, and where their bodies are in the file.
#[derive(Debug, Default)]
pub struct Functions {
    /// Names as Rust writes them, by the numbers of the functions; imported ones come first.
    names: HashMap<usize, String>,
    imported: usize,
    bodies: Vec<Range<usize>>,
}

impl Functions {
    pub fn read(wasm: &[u8]) -> Result<Self> {
        let mut functions = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let is_function = matches!(import?.ty, TypeRef::Func(_));
                        functions.imported += usize::from(is_function);
                    }
                }
                Payload::CodeSectionEntry(body) => functions.bodies.push(body.range()),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(parts) = section.as_known() {
                        for part in parts {
                            if let Name::Function(map) = part? {
                                functions.take_names(map)?;
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(functions)
    }

    fn take_names(&mut self, map: wasmparser::NameMap<'_>) -> Result<()> {
        for naming in map {
            let naming = naming?;
            let name = rustc_demangle::demangle(naming.name).to_string();
            self.names.insert(naming.index as usize, name);
        }
        Ok(())
    }

    /// The name of the function with this body.
    fn name(&self, body: usize) -> Result<&str> {
        let name = self.names.get(&(self.imported + body));
        name.map(String::as_str)
            .context("a function without a name")
    }

    /// The name of the function in whose body this place of the file is.
    pub fn name_at(&self, place: usize) -> Result<&str> {
        self.name(self.bodies.partition_point(|body| body.end <= place))
    }

    /// The names, each with the bytes of the function's body.
    pub fn sizes(&self) -> impl Iterator<Item = Result<(&str, usize)>> {
        let bodies = self.bodies.iter().enumerate();
        bodies.map(|(index, body)| Ok((self.name(index)?, body.len())))
    }
}
