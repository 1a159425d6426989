import type { Interaction } from 'oidc-provider'

/** A sign-in that began in a session which has ended since: nobody can go on from one that is not there. */
export async function leaveEndedSession(interaction: Interaction): Promise<void> {
  if (!interaction.session) return
  interaction.session = undefined
  await interaction.persist()
}
