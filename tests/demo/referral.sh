#!/bin/sh
# The whole way of a referral on a real court case: decided, consented, sealed, opened by the service, answered, logged.
# Usage: referral.sh NRM, where NRM is the command. Everything is made in a folder of its own, and gone at the end.
set -eu
nrm=$1
here=$(cd "$(dirname "$0")" && pwd)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
umask 077
say() { printf '\n# %s\n' "$1"; }
run() { printf '\n$ nrm %s\n' "$*"; "$nrm" "$@"; }
quiet() { "$nrm" "$@" > /dev/null; }
first() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" | head -n 1; }

echo "correct horse battery staple" > passphrase
export NRM_PASSPHRASE_FILE="$made/passphrase" NRM_HOME="$made/home" NRM_WHO=anna NRM_ROLE=caseworker
today=$(date -u +%Y-%m-%d)

say "The mechanism: an installation with an encrypted store and a log. Two services, with keys of their own."
quiet init home --keys keys.json --origin nrm.example.org/log --organisation first-responder --country gb \
  --zone Europe/London
quiet package keygen home-keys
quiet package keygen council-keys
cat > services.yaml << X
services:
  - service: {source: city, id: home}
    verified: $today
    confidential_address: 7 Nowhere Lane
    receiving_key: $(tail -n 1 home-keys/age.key.pub)
    signing_key: $(cut -d' ' -f1,2 home-keys/reply.key.pub)
    confirmed: {by: coordinator, on: $today, how: phone}
    needs: [contact, facts]
  - service: {source: city, id: council}
    verified: $today
    receiving_key: $(tail -n 1 council-keys/age.key.pub)
    signing_key: $(cut -d' ' -f1,2 council-keys/reply.key.pub)
    confirmed: {by: coordinator, on: $today, how: phone}
    recipients: [child_protection_authority]
    needs: [identity, contact, facts]
X
mkdir records
mv services.yaml records/
NRM_ROLE=coordinator quiet directory import "$here/../../nrm/demo/directory" --source city
NRM_ROLE=coordinator quiet directory sidecars records
"$nrm" keys signer > signers 2> /dev/null

say "The boy whom the police found. His case is opened; what it holds is encrypted."
case=$("$nrm" case open "$here/../rules/court_cases/vcl.yaml" --json | first case)
quiet case decide "$case"

say "Nobody has consented: the place to stay is not asked. It becomes the task of somebody."
run refer "$case" --offer child_accommodation || true

say "A duty needs no consent: the authority that protects children is told, and gets only what it needs."
run refer "$case" --disclosure share_with_child_protection --to city:council

say "His guardian is asked, in words that stand in rules/consent/, and agrees."
quiet consent give "$case" --disclosure share_with_accommodation --by guardian --to city:home --interpreter yes
run refer "$case" --offer child_accommodation --to city:home | tee said
referral=$(sed -n 's/ · version 2 · sent$//p' said)
run work --once

say "The service fetches the package, and opens it with its own key."
quiet referral fetch "$referral" --role provider --service city:home --out package.age
run package open package.age --identity home-keys/age.key --signer signers --out opened
if grep -q "Nowhere Lane" -r opened; then echo "the address leaked" >&2; exit 1; fi

say "It accepts, signed; the mechanism believes its key, and only then tells one official where the place is."
quiet package reply package.age --identity home-keys/age.key --signer signers --key home-keys/reply.key \
  --verb accept --out reply
run referral reply reply
quiet referral transport "$case" "$referral" --official bo
run referral address "$case" "$referral" --who bo --show

say "Every step is in the log, which anybody can verify."
run audit verify home/log --vkey home/log.vkey
