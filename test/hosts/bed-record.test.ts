import {expect, test} from 'vitest'
import {type BedRecord, isForsaken} from './bed-record.ts'
import {imageName, recipe} from './recipe.ts'

const owner = {pid: 1, startTicks: 1}
const keeper = {pid: 2, startTicks: 2}
const rising: BedRecord = {
  ...{name: 'x', id: '1', kept: true, owner, image: '/image', hosts: [], endpoints: [], agent: true, up: false},
}

test.each([
  {name: 'raised by hand, who raised it has ended', bed: {up: true}, alive: [keeper], forsaken: false},
  {name: 'raised by hand, the keeper was killed', bed: {up: true}, alive: [], forsaken: true},
  {name: 'being raised', bed: {}, alive: [owner, keeper], forsaken: false},
  {name: 'being raised, the keeper was killed', bed: {}, alive: [owner], forsaken: true},
  {name: 'its raising was killed', bed: {}, alive: [keeper], forsaken: true},
  {name: 'of a test that runs', bed: {up: true, kept: false}, alive: [owner, keeper], forsaken: false},
  {name: 'of a test that has ended', bed: {up: true, kept: false}, alive: [keeper], forsaken: true},
])('a bed $name: forsaken $forsaken', ({bed, alive, forsaken}) => {
  expect(isForsaken({...rising, ...bed}, keeper, process => alive.includes(process))).toBe(forsaken)
})

test('a bed whose keeper is about to be started is not forsaken', () => {
  expect(isForsaken(rising, undefined, process => process === owner)).toBe(false)
})

test.each([
  {name: 'other packages', as: imageName({...recipe, packages: ['busybox']}, 'bookworm', 'x64')},
  {name: 'another release', as: imageName(recipe, 'trixie', 'x64')},
  {name: 'another processor', as: imageName(recipe, 'bookworm', 'arm64')},
])('$name are another image', ({as}) => {
  expect(as).toMatch(/^[0-9a-f]{12}$/)
  expect(as).not.toBe(imageName(recipe, 'bookworm', 'x64'))
})
