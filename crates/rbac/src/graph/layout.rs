//! Where every box stands, in pixels.
//!
//! Each band has three columns. Bindings are sorted by role; roles and subjects stand as near as they can to the middle of
//! what they are connected with. Boxes have one size a column and slots of one height, so nothing overlaps.

use ironsides_report::picture::{BOX, CHARACTER, SLOT, SMALL, fit, near};

use super::{Band, Graph, Item};

const GAP: f64 = 90.0;
const MARGIN: f64 = 20.0;
const TITLE: f64 = 34.0;
/// The widths of the columns.
const WIDTHS: [f64; 3] = [290.0, 290.0, 430.0];

/// A picture with places.
pub(super) struct Picture<'a> {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) bands: Vec<Placed<'a>>,
}

/// A band with places.
pub(super) struct Placed<'a> {
    pub(super) band: &'a Band,
    pub(super) top: f64,
    pub(super) height: f64,
    /// Subjects, bindings and roles, with their column's left edge and width.
    pub(super) columns: [Column<'a>; 3],
}

/// A column of boxes.
pub(super) struct Column<'a> {
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) items: &'a [Item],
    /// The upper edge of each box.
    pub(super) tops: Vec<f64>,
}

/// Places everything.
pub(super) fn place(graph: &Graph) -> Picture<'_> {
    let width = 2.0 * MARGIN + WIDTHS.iter().sum::<f64>() + 2.0 * GAP + 24.0;
    let mut top = MARGIN;
    let mut bands = Vec::new();
    for band in &graph.bands {
        let placed = place_band(band, top);
        top += placed.height + MARGIN;
        bands.push(placed);
    }
    Picture { width, height: top, bands }
}

fn place_band(band: &Band, top: f64) -> Placed<'_> {
    // Bindings by role, in the order in which roles were met.
    let role_of =
        |at: usize| band.grants.iter().find(|(own, _)| *own == at).map_or(usize::MAX, |(_, role)| *role);
    let mut order: Vec<usize> = (0..band.bindings.len()).collect();
    order.sort_by_key(|&at| (role_of(at), at));
    let mut bindings = vec![0.0; band.bindings.len()];
    for (slot, &at) in (0u32..).zip(&order) {
        if let Some(place) = bindings.get_mut(at) {
            *place = f64::from(slot) * SLOT;
        }
    }
    let subjects = near(band.subjects.len(), &bindings, |at| {
        band.holds.iter().filter(move |(own, _)| *own == at).map(|(_, binding)| *binding)
    });
    let roles = near(band.roles.len(), &bindings, |at| {
        band.grants.iter().filter(move |(_, own)| *own == at).map(|(binding, _)| *binding)
    });
    let first = top + TITLE;
    let mut left = MARGIN + 12.0;
    let mut height: f64 = 0.0;
    let mut column = |items, tops: Vec<f64>, width| {
        let own = left;
        left += width + GAP;
        height = tops.iter().fold(height, |height, top| height.max(top + SLOT));
        Column { left: own, width, items, tops: tops.into_iter().map(|top| top + first).collect() }
    };
    let columns = [
        column(band.subjects.as_slice(), subjects, WIDTHS[0]),
        column(band.bindings.as_slice(), bindings, WIDTHS[1]),
        column(band.roles.as_slice(), roles, WIDTHS[2]),
    ];
    Placed { band, top, height: height + TITLE, columns }
}

impl Column<'_> {
    /// The right edge.
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The middle of a box.
    pub(super) fn middle(&self, at: usize) -> f64 {
        self.tops.get(at).copied().unwrap_or_default() + BOX / 2.0
    }

    /// A first line that fits into a box.
    pub(super) fn label(&self, text: &str) -> String {
        fit(text, self.width - 24.0, CHARACTER)
    }

    /// A second line that fits.
    pub(super) fn detail(&self, text: &str) -> String {
        fit(text, self.width - 24.0, SMALL)
    }
}
