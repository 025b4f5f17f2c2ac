/** The element of viewer.html with this id. */
export function part<Found extends HTMLElement = HTMLElement>(id: string): Found {
  return document.getElementById(id) as Found;
}
