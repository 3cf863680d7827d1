//! Which of the program's data only the moved functions use.
//!
//! The linker says it, if it is asked to (`--emit-relocs` in `.cargo/config.toml`): which datum lies
//! where, and at which place of a function or of another datum the address of one stands. What no
//! function that stays can reach by these places comes later too.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, Module};
use wasmparser::{
    DataKind as Kind, KnownCustom, Linking, Operator, Parser, Payload, RelocationEntry,
    RelocationType, SymbolInfo,
};

use super::{Functions, plain};

/// A datum: where it lies in memory.
type Datum = Range<u32>;

/// What the linker says of a program's data.
#[derive(Debug, Default)]
pub struct Layout {
    /// The data by the linker's numbers.
    data: HashMap<u32, Datum>,
    /// Plain names of functions, with the number of a datum that each has the address of.
    in_functions: Vec<(String, u32)>,
    /// Addresses in memory at which the address of a datum stands, with that datum's number.
    in_data: Vec<(u32, u32)>,
}

impl Layout {
    /// Reads it off the program as the linker has left it.
    pub fn read(wasm: &[u8]) -> Result<Self> {
        let functions = Functions::read(wasm)?;
        // Where the contents of the sections begin in the file.
        let (mut code, mut data) = (0, 0);
        let mut segments: Vec<(u32, Range<usize>)> = Vec::new();
        let mut symbols = Vec::new();
        let mut places: Vec<(u32, RelocationEntry)> = Vec::new();
        let mut sections = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((_, range)) = payload.as_section() {
                sections.push(range.start);
            }
            match payload {
                Payload::CodeSectionStart { range, .. } => code = range.start,
                Payload::DataSection(section) => {
                    data = section.range().start;
                    for segment in section {
                        let segment = segment?;
                        let Kind::Active { offset_expr, .. } = segment.kind else {
                            bail!("a data segment is not active");
                        };
                        let Operator::I32Const { value } =
                            offset_expr.get_operators_reader().read()?
                        else {
                            bail!("a data segment lies at an offset that isn't a number");
                        };
                        let start = segment.range.end - segment.data.len();
                        segments.push((value.cast_unsigned(), start..segment.range.end));
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(table) = part? {
                                symbols = table.into_iter().collect::<Result<Vec<_>, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(reloc) => {
                        for entry in reloc.entries() {
                            places.push((reloc.section_index(), entry?));
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        ensure!(
            !symbols.is_empty(),
            "the linker has not said where the data lie"
        );

        let mut layout = Self::default();
        for (number, symbol) in (0..).zip(&symbols) {
            let SymbolInfo::Data {
                symbol: Some(datum),
                ..
            } = symbol
            else {
                continue;
            };
            // What is zero at first has no segment in the file.
            if let Some((start, _)) = segments.get(datum.index as usize) {
                let start = start + datum.offset;
                layout.data.insert(number, start..start + datum.size);
            }
        }
        for (section, entry) in places {
            let place = *sections
                .get(section as usize)
                .context("a place in no section")?
                + entry.offset as usize;
            if !is_address(entry.ty) {
                continue;
            }
            if sections[section as usize] == code {
                let name = plain(functions.name_at(place)?);
                layout.in_functions.push((name, entry.index));
            } else if sections[section as usize] == data {
                let segment = segments.iter().find(|(_, range)| range.contains(&place));
                let (start, range) = segment.context("an address in no data segment")?;
                let address = start + u32::try_from(place - range.start)?;
                layout.in_data.push((address, entry.index));
            }
        }
        Ok(layout)
    }

    /// What can't be reached from functions that stay: ranges of memory, in their order. `moves` says
    /// of a function's plain name whether it is moved.
    pub(super) fn unreached(&self, moves: impl Fn(&str) -> bool) -> Vec<Datum> {
        let mut reached: HashMap<u32, &Datum> = HashMap::new();
        let stay = self.in_functions.iter().filter(|(name, _)| !moves(name));
        let mut next: Vec<u32> = stay.map(|(_, number)| *number).collect();
        while let Some(number) = next.pop() {
            let Some(datum) = self.data.get(&number) else {
                continue;
            };
            if reached.insert(number, datum).is_none() {
                let inside = self.in_data.iter().filter(|(at, _)| datum.contains(at));
                next.extend(inside.map(|(_, number)| *number));
            }
        }
        let end = self.data.values().map(|datum| datum.end).max().unwrap_or(0);
        let mut is_later = vec![false; end as usize];
        let mut mark = |datum: &Datum, later: bool| {
            is_later[datum.start as usize..datum.end as usize].fill(later);
        };
        self.data.values().for_each(|datum| mark(datum, true));
        // One datum may lie within another.
        reached.values().for_each(|datum| mark(datum, false));
        let mut at = 0;
        let runs = is_later.chunk_by(|a, b| a == b).map(|run| {
            let start = at;
            at += u32::try_from(run.len()).unwrap_or(u32::MAX);
            (run[0], start..at)
        });
        runs.filter(|(later, _)| *later)
            .map(|(_, run)| run)
            .collect()
    }
}

/// Whether the address of a datum stands there; else it is the number of a function, a type and so on.
fn is_address(ty: RelocationType) -> bool {
    use RelocationType as Type;
    matches!(
        ty,
        Type::MemoryAddrLeb | Type::MemoryAddrSleb | Type::MemoryAddrI32
    )
}

/// Moves these ranges of memory: where they were there are zeros.
pub(super) fn move_data(primary: &mut Module, later: &mut Module, ranges: &[Datum]) -> Result<()> {
    let memories = later.memories.iter().map(|it| it.id());
    let memory = memories.last().context("the program has no memory")?;
    for id in Vec::from_iter(primary.data.iter().map(|it| it.id())) {
        let segment = primary.data.get_mut(id);
        let DataKind::Active {
            offset: ConstExpr::Value(Value::I32(start)),
            ..
        } = segment.kind
        else {
            bail!("a data segment lies at an offset that isn't a number");
        };
        let start = start.cast_unsigned();
        let end = start + u32::try_from(segment.value.len())?;
        let inside = ranges
            .iter()
            .filter(|range| start <= range.start && range.end <= end);
        for range in inside {
            let bytes =
                &mut segment.value[(range.start - start) as usize..(range.end - start) as usize];
            let offset = ConstExpr::Value(Value::I32(range.start.cast_signed()));
            let data = later
                .data
                .add(DataKind::Active { memory, offset }, bytes.to_vec());
            later.memories.get_mut(memory).data_segments.insert(data);
            bytes.fill(0);
        }
    }
    Ok(())
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_that_stays_can_reach_stays() {
        let layout = Layout {
            data: HashMap::from([
                (0, 8..16),
                (1, 16..24),
                (2, 24..40),
                (3, 28..32),
                (4, 48..56),
            ]),
            in_functions: [
                ("stays", 0),
                ("goes", 1),
                ("goes", 2),
                ("goes", 4),
                ("stays", 9),
            ]
            .map(|(name, number)| (name.to_owned(), number))
            .into(),
            // The first datum holds the address of the one that lies within another.
            in_data: vec![(12, 3), (50, 0)],
        };
        let unreached = |later: &[&str]| layout.unreached(|name| later.contains(&name));
        assert_eq!(unreached(&["goes"]), [16..28, 32..40, 48..56]);
        assert_eq!(unreached(&[]), Vec::<Datum>::new());
        assert_eq!(unreached(&["goes", "stays"]), [8..40, 48..56]);
    }
}
