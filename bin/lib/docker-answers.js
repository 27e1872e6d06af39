/** Exit 0 when a Docker engine answers at DOCKER_HOST or, without that, at the usual socket; else 1. */
import {dockerAnswers} from './dockerd.js'

process.exitCode = (await dockerAnswers(process.env.DOCKER_HOST || 'unix:///var/run/docker.sock')) ? 0 : 1
