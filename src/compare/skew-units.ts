/**
 * Changes of unit that people make, by what they do to a number: online = factor × offline + offset. Each is known in both
 * directions. Sources: exact by definition (international yard and pound agreement, 1959; SI).
 */
export interface UnitChange {
  readonly name: string;
  readonly factor: number;
  readonly offset: number;
}

const FACTORS: readonly (readonly [factor: number, forth: string, back: string])[] = [
  [10, '×10', '÷10'],
  [100, '×100', '÷100'],
  [1_000, '×1000', '÷1000'],
  [1_000_000, '×1000000', '÷1000000'],
  [60, '×60', '÷60'],
  [3_600, '×3600', '÷3600'],
  [86_400, '×86400', '÷86400'],
  [1_024, '×1024', '÷1024'],
  [1.609344, 'miles to kilometres', 'kilometres to miles'],
  [1.852, 'nautical miles to kilometres', 'kilometres to nautical miles'],
  [0.3048, 'feet to metres', 'metres to feet'],
  [2.54, 'inches to centimetres', 'centimetres to inches'],
  [0.45359237, 'pounds to kilograms', 'kilograms to pounds'],
  [3.785411784, 'US gallons to litres', 'litres to US gallons'],
  [Math.PI / 180, 'degrees to radians', 'radians to degrees'],
];

export const SCALES: readonly UnitChange[] = [
  { name: 'sign changed', factor: -1, offset: 0 },
  ...FACTORS.flatMap(([factor, forth, back]) => [
    { name: forth, factor, offset: 0 },
    { name: back, factor: 1 / factor, offset: 0 },
  ]),
];

export const SHIFTS: readonly UnitChange[] = [
  { name: '°C to K', factor: 1, offset: 273.15 },
  { name: 'K to °C', factor: 1, offset: -273.15 },
];

export const AFFINE: readonly UnitChange[] = [
  { name: '°C to °F', factor: 1.8, offset: 32 },
  { name: '°F to °C', factor: 1 / 1.8, offset: -32 / 1.8 },
];
