import type { ClaimPart } from 'hongbao-client';

const progress = ['CLAIMED', 'TRANSFERRING', 'TRANSFERRED', 'FAILED'];

/** The claim as the answer gave it or as the packet shows it, whichever has come further. */
export function fresher(answered: ClaimPart | undefined, shown: ClaimPart | undefined): ClaimPart | undefined {
  if (!answered || !shown) return answered ?? shown;
  return howFar(shown) >= howFar(answered) ? shown : answered;
}

// A status that this page does not know yet is of a newer service, which looked last.
const howFar = (claim: ClaimPart) => (progress.includes(claim.status) ? progress.indexOf(claim.status) : progress.length);
