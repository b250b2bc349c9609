/** What services say of themselves, their limits and what they were asked, and the small words between. */
const WORDS = `
  a about above accepted access account active activity address after again against agent all allocate allocated allocation
  allow allowed almost already also always am an and another answer answered any api application are argument arguments
  array as at attempt audience authentication authorization authorized available azure bad be bearer because been before
  being below between blank body boolean both busy but by call called can cannot capacity certificate change changed
  character characters check claim claims client close closed code codes column command complete completed concurrent
  configuration configured conflict connect connection contain container contains content context correlation could create
  created credential credentials current currently data date deadline default delete deleted denied deprecated detail
  details did directory disabled do does domain done down duplicate during dynamic each either else empty enabled end ended
  endpoint enough entity environment equal error errors ever every exceed exceeded exceeds exception execute executed
  executing execution executions exist existing exists expected expired expires fail failed fails failure feature few field
  fields file filename files first folder following for forbidden format found from full gateway gone greater group had has
  have header headers health here host how however http https i id identifier identifiers identity if in inactive incorrect
  input instance instances integer internal into invalid is issue issuer it item items its json just language large
  larger last later least length less like limit limits line lines list location long longer lower made maintenance make
  malformed management many max maximal maximum may media message messages method might min minimal minimum missing mode
  model moment more most ms much must name named names near need needed needs neither network never new next no node none
  nor not nothing now null number numbers object occurred of off old on once one only onto operation option options or other
  others our out output over page parameter parameters parse parsed parsing part path payload pending per permission
  permissions ping please policy pool pools position preview previous problem process processed processing properties
  property protocol provide provided python query queue quota range rate reach reached read reading reason received redacted
  refused region rejected release request requested requests require required requires reserved reset resource resources
  response result results retry role run running runs runtime same scope second seconds see send sent server service
  services session sessions set several shall shell short should since size small so some source start started state status
  still stopped storage stream string subscription succeeded such supported syntax system task temporarily tenant text than
  that the their then there these they third this those three through time timed timeout times to token tokens too trace
  traffic try twice two type types unable unauthorized unavailable undefined under unexpected unhandled unknown unless
  unsupported until up update upload uploaded upon uri url use used user uses using valid validate validation value values
  version versions via wait waiting warning was we were what when where which while who why will with within without word
  words would write written wrong yes yet you your zero
`;

const ORDINARY: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** Whether a word tells nothing of a text that holds it too. `timeoutInSeconds` and `not_found` are made of ordinary words. */
export function isOrdinary(word: string): boolean {
  const parts = word.split(/_|(?<=[a-z])(?=[A-Z])/);
  return parts.every((part) => part === '' || ORDINARY.has(part.toLowerCase()));
}
