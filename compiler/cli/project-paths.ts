import { join, relative, sep } from 'node:path'
import type { Project } from '../config/project.ts'

/** A generated file as a person in the working directory would type it, with forward slashes. */
export function outputPath(project: Project, path: string, cwd: string): string {
  return relative(cwd, join(project.folder, project.output, path)).replaceAll(sep, '/')
}

/** A file of the project as a person in the working directory would type it. */
function projectPath(project: Project, path: string, cwd: string): string {
  return relative(cwd, join(project.folder, path)).replaceAll(sep, '/')
}

/** The command that generates this project's code, from the working directory. */
export function buildCommandLine(project: Project, cwd: string): string {
  const isFound = project.folder === cwd
  return isFound || project.configFile === undefined
    ? 'npx jasper-gen build'
    : `npx jasper-gen build --config ${projectPath(project, project.configFile, cwd)}`
}
