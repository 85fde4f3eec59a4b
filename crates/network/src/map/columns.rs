//! A map as columns of boxes: senders, what they send, receivers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ironsides_report::escape;
use ironsides_report::picture::{BOX, CHARACTER, SLOT, SMALL, fit, near};

use crate::map::drawn::{Drawn, Edge};
use crate::map::svg::Drawing;
use crate::map::{Level, Map};

const MARGIN: f64 = 20.0;
const GAP: f64 = 70.0;
const TITLE: f64 = 40.0;
/// The widths of a column of units and of one of traffic.
const UNIT: f64 = 270.0;
const TRAFFIC: f64 = 220.0;

/// A column before it has places: what stands in it.
struct Column {
    title: String,
    items: Vec<Item>,
    width: f64,
}

enum Item {
    Unit(u32),
    Traffic { told: String, level: Option<Level> },
}

/// Lines from a column to the next: places in both.
type Links = Vec<(usize, usize)>;

pub(super) fn draw(map: &Map, drawn: &Drawn) -> Drawing {
    let mut columns: Vec<Column> = Vec::new();
    let mut links: Vec<Links> = Vec::new();
    let all: Vec<u32> = (0..).zip(&map.units).map(|(at, _)| at).collect();
    let (layers, centre) = match &map.focus {
        None => (vec![("from".to_owned(), all.clone()), ("to".to_owned(), all)], None),
        Some(layers) => {
            let title = |at: usize, what: &str| {
                if at == 0 { what.to_owned() } else { format!("{what}, {} steps away", at + 1) }
            };
            let senders = layers.senders.iter().enumerate().rev();
            let mut all: Vec<(String, Vec<u32>)> =
                senders.map(|(at, layer)| (title(at, "can send to it"), layer.clone())).collect();
            all.push(("in the focus".to_owned(), layers.centre.clone()));
            let receivers = layers.receivers.iter().enumerate();
            all.extend(receivers.map(|(at, layer)| (title(at, "it can send to"), layer.clone())));
            (all, Some(layers.senders.len()))
        }
    };
    let mut rest = layers.into_iter().enumerate().peekable();
    while let Some((at, (title, units))) = rest.next() {
        let next = rest.peek().map(|(_, (_, next))| next);
        let towards = centre.is_none_or(|centre| at < centre);
        let between = next.map(|next| traffic(drawn, &units, next, towards));
        let items = units.into_iter().map(Item::Unit).collect();
        columns.push(Column { title, items, width: UNIT });
        if let Some((column, sent, received)) = between {
            columns.push(column);
            links.push(sent);
            links.push(received);
        }
    }
    if centre.is_none() {
        without_idle(&mut columns, &mut links);
    }
    place(map, &columns, &links, centre)
}

/// The column of what goes from some units to others: one box for each receiver and what it takes, or where lines go away from a
/// focus for each sender and what it sends.
fn traffic(drawn: &Drawn, from: &[u32], to: &[u32], towards: bool) -> (Column, Links, Links) {
    let mut boxes: BTreeMap<(usize, &str, Option<Level>), Vec<usize>> = BTreeMap::new();
    for Edge { from: sender, to: receiver, told, level } in &drawn.edges {
        let places =
            (from.iter().position(|unit| unit == sender), to.iter().position(|unit| unit == receiver));
        let (Some(sender), Some(receiver)) = places else { continue };
        let (near, far) = if towards { (receiver, sender) } else { (sender, receiver) };
        boxes.entry((near, told.as_str(), *level)).or_default().push(far);
    }
    let (mut items, mut sent, mut received) = (Vec::new(), Vec::new(), Vec::new());
    for ((near, told, level), far) in boxes {
        let at = items.len();
        items.push(Item::Traffic { told: told.to_owned(), level });
        if towards {
            sent.extend(far.iter().map(|&sender| (sender, at)));
            received.push((at, near));
        } else {
            sent.push((near, at));
            received.extend(far.iter().map(|&receiver| (at, receiver)));
        }
    }
    (Column { title: "traffic".to_owned(), items, width: TRAFFIC }, sent, received)
}

/// Leaves out units that send nothing from the senders, and those that receive nothing from the receivers.
fn without_idle(columns: &mut [Column], links: &mut [Links]) {
    let [senders, _, receivers] = columns else { return };
    let [sent, received] = links else { return };
    for (column, links, first) in [(senders, sent, true), (receivers, received, false)] {
        let end = |link: &(usize, usize)| if first { link.0 } else { link.1 };
        let used: Vec<bool> =
            (0..column.items.len()).map(|at| links.iter().any(|link| end(link) == at)).collect();
        let places: Vec<usize> = used
            .iter()
            .scan(0, |next, &used| {
                let own = *next;
                *next += usize::from(used);
                Some(own)
            })
            .collect();
        let mut keep = used.iter();
        column.items.retain(|_| keep.next().copied().unwrap_or_default());
        for link in links.iter_mut() {
            let place = places.get(end(link)).copied().unwrap_or_default();
            if first { link.0 = place } else { link.1 = place }
        }
    }
}

/// Gives every box its place, from the middle column outwards, and draws all.
fn place(map: &Map, columns: &[Column], links: &[Links], centre: Option<usize>) -> Drawing {
    // Columns of units and of traffic take turns.
    let start = centre.map_or(1, |centre| centre * 2);
    let mut tops: Vec<Vec<f64>> = vec![Vec::new(); columns.len()];
    let straight =
        |count: usize| (0..u32::try_from(count).unwrap_or_default()).map(|at| f64::from(at) * SLOT).collect();
    let count = |at: usize| columns.get(at).map_or(0, |column| column.items.len());
    let set = |tops: &mut Vec<Vec<f64>>, at: usize, own: Vec<f64>| {
        if let Some(slot) = tops.get_mut(at) {
            *slot = own;
        }
    };
    set(&mut tops, start, straight(count(start)));
    for at in start + 1..columns.len() {
        let (before, links) = (tops.get(at - 1).cloned().unwrap_or_default(), links.get(at - 1));
        let own = near(count(at), &before, |item| {
            links.into_iter().flatten().filter(move |link| link.1 == item).map(|link| link.0)
        });
        set(&mut tops, at, own);
    }
    for at in (0..start).rev() {
        let (after, links) = (tops.get(at + 1).cloned().unwrap_or_default(), links.get(at));
        let own = near(count(at), &after, |item| {
            links.into_iter().flatten().filter(move |link| link.0 == item).map(|link| link.1)
        });
        set(&mut tops, at, own);
    }
    let lefts: Vec<f64> = columns
        .iter()
        .scan(MARGIN, |left, column| {
            let own = *left;
            *left += column.width + GAP;
            Some(own)
        })
        .collect();
    let width = columns.iter().map(|column| column.width + GAP).sum::<f64>() - GAP + 2.0 * MARGIN;
    let height = tops.iter().flatten().fold(0.0_f64, |height, top| height.max(top + SLOT)) + TITLE + MARGIN;
    let mut body = String::new();
    for (at, links) in links.iter().enumerate() {
        let (Some(column), Some(left), Some(next)) = (columns.get(at), lefts.get(at), lefts.get(at + 1))
        else {
            continue;
        };
        let middle = |column: usize, item: usize| {
            tops.get(column).and_then(|tops| tops.get(item)).copied().unwrap_or_default()
                + TITLE
                + MARGIN
                + BOX / 2.0
        };
        let x = left + column.width;
        let half = f64::midpoint(x, *next);
        for &(from, to) in links {
            let (y, target) = (middle(at, from), middle(at + 1, to));
            _ = writeln!(
                body,
                "<path class=\"edge\" data-from=\"b{at}-{from}\" data-to=\"b{}-{to}\" \
                 d=\"M{x:.0} {y:.1}C{half:.0} {y:.1} {half:.0} {target:.1} {next:.0} {target:.1}\"/>",
                at + 1
            );
        }
    }
    for (at, (column, left)) in columns.iter().zip(&lefts).enumerate() {
        let title = escape(&fit(&column.title, column.width, CHARACTER * 14.0 / 12.0));
        _ = writeln!(body, "<text class=\"title\" x=\"{left:.0}\" y=\"{:.0}\">{title}</text>", MARGIN + 16.0);
        let own = tops.get(at).into_iter().flatten();
        for (place, (item, top)) in column.items.iter().zip(own).enumerate() {
            let id = format!("b{at}-{place}");
            draw_box(
                &mut body,
                map,
                item,
                (*left, top + TITLE + MARGIN, column.width),
                &id,
                centre.map(|own| own * 2) == Some(at),
            );
        }
    }
    Drawing { width, height, body }
}

/// What goes through, and on a second line what depends: `TCP 443` and `depends: UDP 53 [1]`, `TCP 80` and `depends [1, 2]`.
fn split(told: &str) -> (String, Option<String>) {
    match told.split_once("depends: ") {
        None => (told.to_owned(), None),
        Some(("", rest)) if !rest.contains("depends: ") => match rest.split_once(" [") {
            Some((traffic, numbers)) => (traffic.to_owned(), Some(format!("depends [{numbers}"))),
            None => (rest.to_owned(), Some("depends".to_owned())),
        },
        Some((sure, rest)) => {
            let sure = sure.trim_end_matches(", ");
            let sure = if sure.is_empty() { "depends" } else { sure };
            (sure.to_owned(), Some(format!("depends: {rest}")))
        }
    }
}

fn draw_box(
    body: &mut String,
    map: &Map,
    item: &Item,
    (left, top, width): (f64, f64, f64),
    id: &str,
    centre: bool,
) {
    let (class, name, detail, tooltip) = match item {
        Item::Unit(at) => {
            let Some(unit) = map.unit(*at) else { return };
            let many = if unit.all.len() > 1 { " many" } else { "" };
            let centre = if centre { " centre" } else { "" };
            (format!("{}{many}{centre}", unit.class()), unit.name.clone(), unit.detail(), unit.tooltip())
        }
        Item::Traffic { told, level } => {
            let word = level.map_or("nothing", Level::name);
            let (name, depends) = split(told);
            // That some traffic goes through says the first line already.
            let word_told = if matches!(level, Some(Level::Some | Level::Depends)) { "" } else { word };
            let detail = depends.unwrap_or_else(|| word_told.to_owned());
            (format!("traffic {word}"), name, detail, told.clone())
        }
    };
    // What repeats the first line is left out.
    let second = if detail == name || detail.is_empty() {
        String::new()
    } else {
        format!(
            "<text class=\"detail\" x=\"{:.0}\" y=\"{:.1}\">{}</text>",
            left + 12.0,
            top + 32.0,
            escape(&fit(&detail, width - 24.0, SMALL))
        )
    };
    _ = writeln!(
        body,
        "<g class=\"box {class}\" id=\"{id}\"><title>{}</title>\
         <rect x=\"{left:.0}\" y=\"{top:.1}\" width=\"{width:.0}\" height=\"{BOX:.0}\" rx=\"5\"/>\
         <text class=\"name\" x=\"{:.0}\" y=\"{:.1}\">{}</text>{second}</g>",
        escape(&tooltip),
        left + 12.0,
        top + if second.is_empty() { BOX / 2.0 + 4.0 } else { 17.0 },
        escape(&fit(&name, width - 24.0, CHARACTER)),
    );
}
